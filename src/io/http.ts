import { createHash, timingSafeEqual } from 'node:crypto';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Shelf } from '../domain/shelf.ts';
import type { Sighting, Source } from '../domain/source.ts';
import type { Address } from '../domain/target.ts';
import type { Log } from '../flow/ports.ts';

const MOST_BODY = 1024 * 1024;
const REQUEST_MS = 10_000; // for a request to arrive, and again for its answer; the sender comes again after a 503
const CLOSE_MS = 1000; // for what is under way when we stop; a connection that says nothing must not hold us up

export interface HttpOptions {
  /** Port 0 takes a free one. */
  listen: Address;
  sources: Shelf<Source>;
  /** Source id -> bearer token. A source without one takes nothing. */
  tokens: Readonly<Record<string, string>>;
  /** Resolves once the alerts are stored for good. */
  receive: (
    source: string,
    sightings: readonly Sighting[],
  ) => Promise<{ stored: number; known: number; rejected: number }>;
  /** True, or why not yet. */
  ready: () => boolean | string | Promise<boolean | string>;
  metrics: () => Promise<string>;
  log: Log;
}

export interface HttpServer {
  /** Where it really listens. */
  address: Address;
  /** Answers what is under way, takes nothing new. */
  close(): Promise<void>;
}

/** Serves webhooks, health and metrics. Slack has a port of its own. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const app = fastify({
    bodyLimit: MOST_BODY,
    requestTimeout: REQUEST_MS,
    handlerTimeout: REQUEST_MS,
    connectionTimeout: 3 * REQUEST_MS,
    forceCloseConnections: 'idle',
    // A source reads the body by schema and copies nothing blindly, so an alert with an odd label is not a bad body.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  });
  app.removeContentTypeParser('text/plain');
  answerErrors(app, options.log);
  serveHooks(app, options);
  serveHealth(app, options);
  const { host } = options.listen;
  const url = new URL(await app.listen({ host, port: options.listen.port }));
  return { address: { host, port: Number(url.port || 80) }, close: () => closeSoon(app) };
}

async function closeSoon(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS);
  await app.close();
  clearTimeout(cut);
}

function serveHooks(app: FastifyInstance, { sources, tokens, receive, log }: HttpOptions): void {
  type Hook = { Params: { source: string } };
  // Before the body is read, so that strangers cannot make us read one.
  const admit = async (request: FastifyRequest<Hook>, reply: FastifyReply) => {
    const { source } = request.params;
    if (!sources.has(source)) return reply.code(404).send({ error: `there is no source "${source}"` });
    if (holds(request.headers.authorization, Object.hasOwn(tokens, source) ? tokens[source] : undefined)) return;
    log.warn({ source, from: request.ip, configured: Object.hasOwn(tokens, source) }, 'webhook without its token');
    return reply.code(401).header('www-authenticate', 'Bearer').send({ error: 'a bearer token is required' });
  };
  app.post<Hook>('/hooks/:source', { onRequest: admit }, async (request, reply) => {
    const { source } = request.params;
    const sightings = sources.get(source)?.read(request.body) ?? [];
    if (typeof sightings === 'string') return reply.code(400).send({ error: sightings });
    try {
      return await reply.code(202).send(await receive(source, sightings));
    } catch (error) {
      log.error({ source, error }, 'alerts not stored');
      return reply.code(503).send({ error: 'the alerts could not be stored; send them again' });
    }
  });
}

function serveHealth(app: FastifyInstance, { ready, metrics }: HttpOptions): void {
  app.get('/healthz', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const state = await Promise.resolve()
      .then(ready)
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (state === true) return { status: 'ready' };
    return reply.code(503).send({ status: 'not ready', reason: state === false ? 'starting or stopping' : state });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics()),
  );
}

/** What Fastify refuses (413, 415, JSON that is none) is said as it is; our own failures are logged and not shown. */
function answerErrors(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not found' }));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send({ error: error.message });
    log.error({ error }, 'request failed');
    return reply.code(status).send({ error: 'something broke on our side' });
  });
}

/** Compares hashes, so that neither the content nor the length of the token shows in the time it takes. */
function holds(header: string | undefined, token: string | undefined): boolean {
  const [, given = ''] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? [];
  const same = timingSafeEqual(digest(given), digest(token ?? ''));
  return same && token !== undefined && token !== '';
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
