/** A connection that ended while a reply was awaited: `hung` when it went silent, `unreachable` when it was closed. */
export class ConnectionLost extends Error {
  readonly how: 'hung' | 'unreachable';
  constructor(how: 'hung' | 'unreachable', message: string) {
    super(message);
    this.name = 'ConnectionLost';
    this.how = how;
  }
}
