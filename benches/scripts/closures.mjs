export function handler(event) {
    const raise = event.raise;
    const adults = event.people.filter((person) => person.age >= 18);
    const salaries = adults.filter((person) => person.active).map((person) => person.salary * raise);
    const total = salaries.reduce((sum, salary) => sum + salary, 0.0);
    const highest = salaries.reduce((most, salary) => (salary > most ? salary : most), 0.0);
    return {
        adults: adults.length,
        total,
        highest,
        names: adults.filter((person) => person.salary > 90000.0).map((person) => person.name.toUpperCase()),
        anyone_over_80: adults.some((person) => person.age > 80),
        all_named: adults.every((person) => person.name.length > 0),
    };
}
