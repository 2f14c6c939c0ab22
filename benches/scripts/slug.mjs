function slug(title, letters) {
    let slug = "";
    let isAfterLetter = false;
    for (let i = 0; i < title.length; i++) {
        const letter = title[i];
        if ((letter >= "a" && letter <= "z") || (letter >= "0" && letter <= "9")) {
            slug += letter;
            isAfterLetter = true;
        } else if (letters[letter] !== undefined) {
            slug += letters[letter];
            isAfterLetter = true;
        } else if (isAfterLetter) {
            slug += "-";
            isAfterLetter = false;
        }
    }
    return slug.endsWith("-") ? slug.slice(0, -1) : slug;
}

export function handler(event) {
    const slugs = [];
    for (const title of event.titles) {
        slugs.push(slug(title.toLowerCase(), event.letters));
    }
    return slugs;
}
