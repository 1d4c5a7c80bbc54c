export function problemOf(channel: string, context: object): string | undefined;
