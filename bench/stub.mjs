// The one upstream that all clients are measured against, in a process of its own. Answers at once, and counts sockets
// and TLS handshakes. A customer `c50-7` has 50 cards. A server of its own gives the counts since it was asked last.
import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';

const [key, cert] = process.argv.slice(2).map((file) => readFileSync(file));
let stats = { open: 0, peak: 0, handshakes: 0 };

const CARD =
  '{"brand":"VISA","customer_id":"@","cvv_required":true,"expiry_month":"01","expiry_year":"39","is_expired":false,' +
  '"is_preferred":false,"name_on_card":"TEST HOLDER","number":"**** 1019","pg_code":"credit-card","pg_name":"mpgs",' +
  '"token":"tok-00000001","agreements":[]}';
const lists = new Map([3, 50].map((count) => [count, `[${Array(count).fill(CARD).join(',')}]`]));

function answer(request, response) {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (request.headers['stripe-version']) return answerStripe(request, response);
    if (request.method === 'DELETE') return response.writeHead(204).end();
    return reply(response, cardsOf(Buffer.concat(chunks).toString()));
  });
}

/** The same cards in the envelope of Stripe's lists; detaching a payment method gives it back. */
function answerStripe({ method, url }, response) {
  reply(response, method === 'GET' ? `{"object":"list","has_more":false,"url":"/v1","data":${cardsOf(url)}}` : CARD);
}

function cardsOf(text) {
  const [customer, count] = /c(\d+)-\d+/.exec(text);
  return lists.get(Number(count)).replaceAll('@', customer);
}

function counts(_request, response) {
  response.end(JSON.stringify(stats));
  stats = { ...stats, handshakes: 0, peak: stats.open };
}

function reply(response, body) {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body);
}

function watch(socket) {
  stats.open += 1;
  stats.peak = Math.max(stats.peak, stats.open);
  socket.on('close', () => (stats.open -= 1));
}

const servers = [
  createHttp(answer).on('connection', watch),
  createHttps({ key, cert }, answer)
    .on('secureConnection', watch)
    .on('secureConnection', () => (stats.handshakes += 1)),
  createHttp(counts),
];
for (const server of servers) server.keepAliveTimeout = 60_000;
const ports = servers.map(
  (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port))),
);
const [http, https, statistics] = await Promise.all(ports);
process.send({
  http: `http://localhost:${http}`,
  https: `https://localhost:${https}`,
  stats: `http://localhost:${statistics}`,
});
process.on('disconnect', () => process.exit());
