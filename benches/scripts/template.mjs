export function handler(event) {
    let length = 0;
    let last = "";
    for (const recipient of event.recipients) {
        const name = `${recipient.title} ${recipient.name}`.trim();
        let lines = "";
        let number = 1;
        for (const line of recipient.lines) {
            lines += `${number}. ${line.quantity} x ${line.article} (${Math.trunc(line.cents / 100)} EUR)\n`;
            number += 1;
        }
        let mail = `To: ${name} <${recipient.email}>\n`;
        mail += `Subject: Order ${recipient.order}\n\n`;
        mail += `Dear ${name},\n`;
        mail += `thank you for your order of ${recipient.lines.length} articles:\n${lines}`;
        if (recipient.note !== null) {
            mail += `You wrote: "${recipient.note}"\n`;
        }
        mail += "Kind regards\n";
        length += mail.length;
        last = mail;
    }
    return { length, last };
}
