import type { Client } from '../../src/probes/client-list.ts';

/** A connection that does nothing out of the ordinary, but for what is given. */
export function client(over: Partial<Client> = {}): Client {
  return {
    id: 7,
    addr: '10.0.0.9:5000',
    name: '',
    user: 'default',
    age: 60,
    idle: 1,
    flags: 'N',
    omem: 0,
    unexecuted: 0,
    totalMemory: 0,
    cmd: 'get',
    library: undefined,
    commands: undefined,
    netOut: undefined,
    ...over,
  };
}
