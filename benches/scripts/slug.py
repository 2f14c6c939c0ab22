def slug(title, letters):
    slug = ""
    is_after_letter = False
    for i in range(len(title)):
        letter = title[i]
        if "a" <= letter <= "z" or "0" <= letter <= "9":
            slug += letter
            is_after_letter = True
        elif letters.get(letter) is not None:
            slug += letters[letter]
            is_after_letter = True
        elif is_after_letter:
            slug += "-"
            is_after_letter = False
    return slug[:-1] if slug.endswith("-") else slug


def handler(event):
    slugs = []
    for title in event["titles"]:
        slugs.append(slug(title.lower(), event["letters"]))
    return slugs
