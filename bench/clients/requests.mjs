// The two requests, the same for every client.
export const API_KEY = 'fakefake.00000000000000000000000000000000';
export const PATH = '/b/pbl/v2/card/';
export const HEADERS = { Authorization: `Api-Key ${API_KEY}`, 'Content-Type': 'application/json' };
export const TOKEN = 'tok-00000001';

export const listFields = (customer) => ({ type: 'sandbox', customer_id: customer });
export const listBody = (customer) => JSON.stringify(listFields(customer));
export const deletePath = (customer) => `${PATH}${TOKEN}/?customer_id=${customer}&type=sandbox`;
