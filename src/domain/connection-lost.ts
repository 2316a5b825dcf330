/** How a connection ended while a reply was awaited: it went silent, was closed, or what came was no reply. */
export type Loss = 'hung' | 'unreachable' | 'not-a-redis-server';

export class ConnectionLost extends Error {
  readonly how: Loss;
  constructor(how: Loss, message: string) {
    super(message);
    this.name = 'ConnectionLost';
    this.how = how;
  }
}
