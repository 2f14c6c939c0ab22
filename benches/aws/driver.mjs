// Measures calls: node PROGRAM URL COUNT. `call` makes one.
//
// Prints the result of the first call, waits for a line, and prints the median of the milliseconds of later ones.

const [url, count] = process.argv.slice(2);

export { url };

export async function measure(call) {
  console.log(JSON.stringify(await call()));
  await new Promise((resolve) => process.stdin.once("data", resolve));
  const times = [];
  for (let number = 0; number < Number(count); number += 1) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  console.log(times[Math.floor(times.length / 2)]);
  process.exit();
}
