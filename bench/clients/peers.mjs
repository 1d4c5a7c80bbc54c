// What people would use otherwise.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpService } from '@nestjs/axios';
import axios from 'axios';
import { firstValueFrom } from 'rxjs';
import { Stripe } from 'stripe';
import { deletePath, HEADERS, listFields, PATH, TOKEN } from './requests.mjs';

const agents = () => ({
  httpAgent: new HttpAgent({ keepAlive: true }),
  httpsAgent: new HttpsAgent({ keepAlive: true }),
});

export const bareAxios = {
  async open(baseURL) {
    const options = agents();
    const client = axios.create({ baseURL, headers: HEADERS, ...options });
    return {
      list: async (customer) => (await client.post(PATH, listFields(customer))).data,
      delete: (customer) => client.delete(deletePath(customer)),
      close: () => Object.values(options).forEach((agent) => agent.destroy()),
    };
  },
};

export const httpService = {
  async open(baseURL) {
    const options = agents();
    const http = new HttpService(axios.create({ baseURL, headers: HEADERS, ...options }));
    return {
      list: async (customer) => (await firstValueFrom(http.post(PATH, listFields(customer)))).data,
      delete: (customer) => firstValueFrom(http.delete(deletePath(customer))),
      close: () => Object.values(options).forEach((agent) => agent.destroy()),
    };
  },
};

export const stripeNode = {
  async open(origin) {
    const { hostname, port, protocol } = new URL(origin);
    const { httpAgent, httpsAgent } = agents();
    const httpAgentOf = protocol === 'https:' ? httpsAgent : httpAgent;
    const stripe = new Stripe('sk_test_fake', {
      host: hostname,
      port,
      protocol: protocol.slice(0, -1),
      httpAgent: httpAgentOf,
      telemetry: false,
    });
    return {
      list: (customer) => stripe.paymentMethods.list({ customer }),
      delete: () => stripe.paymentMethods.detach(TOKEN),
      close: () => httpAgentOf.destroy(),
    };
  },
};
