import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { applyAnswer } from './answers.ts';
import { type Control, serveControl } from './control.ts';
import { maybeJson } from './delivery.ts';
import type { RateLimits } from './faults.ts';
import { serveFile } from './files.ts';
import { answer, readBody } from './http.ts';
import { isJson } from './model.ts';
import { ApiRefusal } from './refusal.ts';
import type { Sockets } from './sockets.ts';
import { serveApi } from './web-api.ts';

export interface House extends Control {
  limits: RateLimits | undefined;
  sockets: Sockets;
  botToken: string;
  appToken: string;
  called(method: string): void;
}

/** Opens the port for the Web API, response_urls, Socket Mode and the page. Loopback only. */
export async function listen(house: House, port: number): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((req, res) => {
    route(req, res).catch((error: unknown) => {
      console.error('The pretend workspace failed:', error);
      answer(res, 500, { ok: false, error: 'fatal_error' });
    });
  });
  server.on('upgrade', (req, socket, head) => house.sockets.upgrade(req, socket, head));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`;
  const { desk } = house;
  const socketUrl = () => `${url.replace('http', 'ws')}/link/?ticket=${house.sockets.ticket()}`;
  const api = { ...house, state: desk.state, triggers: desk.triggers, url, socketUrl };

  async function route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname } = new URL(req.url ?? '/', url);
    const [, room = '', rest = ''] = /^\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
    if (room === 'api') return serveApi(api, rest, req, res);
    if (room === '_sim') return serveControl(house, rest, req, res);
    if (room === 'response') return respond(house, rest, req, res);
    if (req.method === 'GET' && (await serveFile(pathname, res))) return;
    answer(res, 404, { error: 'not_found' });
  }

  return {
    url,
    async close() {
      house.sockets.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** An answer that the app sends to a response_url. */
async function respond({ desk }: House, id: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = maybeJson(await readBody(req));
  const to = desk.responseUrls.use(id);
  if (typeof to === 'string') return answer(res, 404, { ok: false, error: to });
  try {
    if (!isJson(body)) throw new ApiRefusal('invalid_payload');
    applyAnswer(desk.state, to, body);
    answer(res, 200, { ok: true });
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    answer(res, 400, { ok: false, error: error.code, ...error.more });
  }
}
