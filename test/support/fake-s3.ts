import { createHash, createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a bucket of S3 does with the requests that we send, signatures included; as small as that can be. */
export interface FakeS3 {
  endpoint: string;
  /** By bucket and key. */
  objects: Map<string, Buffer>;
  /** Multipart uploads that were begun and neither completed nor aborted. */
  uploads: Map<string, { key: string; parts: Map<number, Buffer>; at: number }>;
  /** `PUT /bucket/key`, in order. */
  requests: string[];
  /** Answers the next requests of this method with an error. */
  fail(method: string, times: number, status?: number): void;
  stop(): Promise<void>;
}

export const S3_LOGIN = { accessKeyId: 'AKIDTEST', secretAccessKey: 'a-secret-of-the-test' };

export async function startFakeS3(): Promise<FakeS3> {
  const objects: FakeS3['objects'] = new Map();
  const uploads: FakeS3['uploads'] = new Map();
  const requests: string[] = [];
  const failing = new Map<string, { times: number; status: number }>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '' } = request;
    const url = new URL(request.url ?? '/', 'http://fake');
    const body = await bodyOf(request);
    requests.push(`${method} ${url.pathname}`);
    const broken = failing.get(method);
    if (broken && broken.times > 0) {
      broken.times -= 1;
      return error(response, broken.status, 'SlowDown');
    }
    if (!isSigned(request, url, body)) return error(response, 403, 'SignatureDoesNotMatch');
    const path = decodeURIComponent(url.pathname.slice(1));
    const query = url.searchParams;
    if (query.has('uploads') || query.has('uploadId')) return multipart(method, path, query, body, response);
    if (query.has('list-type')) return list(path, query, response);
    const object = objects.get(path);
    if (method === 'PUT') objects.set(path, body);
    else if (method === 'DELETE') objects.delete(path);
    else if (!object) return error(response, 404, 'NoSuchKey');
    if (method === 'DELETE') return void response.writeHead(204).end();
    if (method === 'PUT') return void response.writeHead(200, { ETag: etag(body) }).end();
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const part = from === undefined ? object : object?.subarray(Number(from), Number(to) + 1);
    const status = from === undefined ? 200 : 206;
    response.writeHead(status, { 'content-length': String(part?.length ?? 0), ETag: etag(object ?? body) });
    response.end(method === 'HEAD' ? undefined : part);
  }

  function multipart(
    method: string,
    path: string,
    query: URLSearchParams,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const id = query.get('uploadId') ?? '';
    const upload = uploads.get(id);
    if (method === 'GET') {
      const bucket = path.replace(/\/$/, '');
      const rows = [...uploads].map(
        ([one, { key, at }]) =>
          `<Upload><Key>${key.slice(bucket.length + 1)}</Key><UploadId>${one}</UploadId><Initiated>${new Date(at).toISOString()}</Initiated></Upload>`,
      );
      xml(response, 'ListMultipartUploadsResult', rows.join(''));
      return;
    }
    if (method === 'POST' && query.has('uploads')) {
      const begun = randomBytes(8).toString('hex');
      uploads.set(begun, { key: path, parts: new Map(), at: Date.now() });
      xml(response, 'InitiateMultipartUploadResult', `<UploadId>${begun}</UploadId>`);
      return;
    }
    if (!upload) {
      error(response, 404, 'NoSuchUpload');
      return;
    }
    if (method === 'PUT') {
      upload.parts.set(Number(query.get('partNumber')), body);
      return void response.writeHead(200, { ETag: etag(body) }).end();
    }
    uploads.delete(id);
    if (method === 'DELETE') return void response.writeHead(204).end();
    const parts = [...upload.parts].sort(([one], [other]) => one - other).map(([, part]) => part);
    objects.set(path, Buffer.concat(parts));
    xml(response, 'CompleteMultipartUploadResult', '<ETag>"whole"</ETag>');
  }

  /** Two at a time, so that paging is seen to work. */
  function list(bucket: string, query: URLSearchParams, response: ServerResponse): void {
    const start = `${bucket.replace(/\/$/, '')}/`;
    const names = [...objects.keys()].filter((key) => key.startsWith(start + (query.get('prefix') ?? ''))).sort();
    const from = Number(query.get('continuation-token') ?? 0);
    const rows = names.slice(from, from + 2).map((key) => {
      const size = objects.get(key)?.length ?? 0;
      return `<Contents><Key>${key.slice(start.length)}</Key><Size>${size}</Size><LastModified>2026-11-28T04:00:00.000Z</LastModified></Contents>`;
    });
    const more = from + 2 < names.length;
    const next = more ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : '';
    xml(response, 'ListBucketResult', `<IsTruncated>${more}</IsTruncated>${next}${rows.join('')}`);
  }

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    uploads,
    requests,
    fail: (method, times, status = 503) => void failing.set(method, { times, status }),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function etag(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function xml(response: ServerResponse, root: string, inner: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><${root}>${inner}</${root}>`);
}

function error(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

/** AWS Signature Version 4, computed from the request as it came. */
function isSigned(request: IncomingMessage, url: URL, body: Buffer): boolean {
  const { headers, method } = request;
  const [, scope = '', signed = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=AKIDTEST\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const sum = String(headers['x-amz-content-sha256'] ?? '');
  if (sum !== 'UNSIGNED-PAYLOAD' && sum !== createHash('sha256').update(body).digest('hex')) return false;
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`);
  const canonical = [method, url.pathname, query, lines.join(''), signed, sum].join('\n');
  const [day = '', region = '', service = ''] = scope.split('/');
  const hashed = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hashed].join('\n');
  const mac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  const key = mac(mac(mac(mac(`AWS4${S3_LOGIN.secretAccessKey}`, day), region), service), 'aws4_request');
  return mac(key, text).toString('hex') === signature;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
