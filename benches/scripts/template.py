def handler(event):
    length = 0
    last = ""
    for recipient in event["recipients"]:
        name = f"{recipient['title']} {recipient['name']}".strip()
        lines = ""
        number = 1
        for line in recipient["lines"]:
            lines += f"{number}. {line['quantity']} x {line['article']} ({line['cents'] // 100} EUR)\n"
            number += 1
        mail = f"To: {name} <{recipient['email']}>\n"
        mail += f"Subject: Order {recipient['order']}\n\n"
        mail += f"Dear {name},\n"
        mail += f"thank you for your order of {len(recipient['lines'])} articles:\n{lines}"
        if recipient["note"] is not None:
            mail += f'You wrote: "{recipient["note"]}"\n'
        mail += "Kind regards\n"
        length += len(mail)
        last = mail
    return {"length": length, "last": last}
