// undici's index also loads fetch, WebSocket, mocks and caches, which takes 30 ms. undici publishes no types for its files.
declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici';
  export default Client;
}
declare module 'undici/lib/core/connect.js' {
  import { buildConnector } from 'undici';
  export default buildConnector;
}
