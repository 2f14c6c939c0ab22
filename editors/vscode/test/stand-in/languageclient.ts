// A stand-in for the language client: the tests of the protocol talk to the server themselves.

export const clients: { command: string; args: string[]; options: object; isRunning: boolean }[] = [];

export class LanguageClient {
    private readonly state: (typeof clients)[number];
    constructor(_id: string, _name: string, server: { command: string; args: string[] }, options: object) {
        this.state = { ...server, options, isRunning: false };
        clients.push(this.state);
    }
    start() {
        this.state.isRunning = true;
        return Promise.resolve();
    }
    isRunning() {
        return this.state.isRunning;
    }
    needsStop() {
        return this.state.isRunning;
    }
    dispose() {
        this.state.isRunning = false;
        return Promise.resolve();
    }
}
