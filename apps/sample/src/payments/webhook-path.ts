/** Where Ottu posts payments: its `webhook_url` ends with it. */
export const WEBHOOK_PATH = 'webhooks/ottu';
