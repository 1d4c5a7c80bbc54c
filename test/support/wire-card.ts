/** A card as Ottu's documentation shows it, with every field of the specification. */
export const WIRE_CARD = {
  brand: 'VISA',
  customer_id: 'customer-1',
  cvv_required: false,
  expiry_month: '01',
  expiry_year: '39',
  is_expired: false,
  is_preferred: true,
  name_on_card: 'TEST HOLDER',
  number: '**** 1019',
  pg_code: 'credit-card',
  pg_name: 'mpgs',
  token: 'tok-1',
  agreements: ['AGREEMENT-1'],
};
