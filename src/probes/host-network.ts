import { defineHostProbe, file } from '../domain/host-probe.ts';
import { wholeNumber } from '../domain/proc-text.ts';

export interface Interface {
  name: string;
  received: number;
  sent: number;
  /** Bits per second; undefined where the driver does not tell, as in most virtual machines. */
  speed?: number;
}

/** The network as the server's process sees it: its listening sockets, what overflowed, its interfaces. Bytes and counts grow. */
export default defineHostProbe({
  sampled: 'pair',
  asks: {
    netstat: file('/proc/{pid}/net/netstat'),
    dev: file('/proc/{pid}/net/dev'),
    speed: file('/sys/class/net/{nic}/speed'),
    sockets: ['ss', '-Hltn', 'sport', '=', ':{port}'],
  },
  read(answers) {
    const counters = tcpCounters(answers.text('netstat') ?? '');
    const speeds = new Map(answers.all('speed').map(({ about, text }) => [about.split('/').at(-2), wholeNumber(text)]));
    return {
      /** Connections that were dropped because the queue of a listening socket was full. Of all sockets. */
      listenOverflows: counters.get('ListenOverflows'),
      /** How many connections wait to be accepted, and how many may. */
      listening: [...(answers.text('sockets') ?? '').matchAll(/^LISTEN +(\d+) +(\d+) +(\S+)/gm)].map(
        ([, waiting, backlog, address = '']) => ({ address, waiting: Number(waiting), backlog: Number(backlog) }),
      ),
      interfaces: interfacesOf(answers.need('dev'), speeds),
    };
  },
});

/** A line of names and a line of values, each with `TcpExt:` before it. */
function tcpCounters(text: string): Map<string, number> {
  const [names = '', values = ''] = text.match(/^TcpExt: .*$/gm) ?? [];
  const counts = values.split(' ');
  return new Map(names.split(' ').map((name, at) => [name, Number(counts[at])]));
}

function interfacesOf(text: string, speeds: ReadonlyMap<string | undefined, number | undefined>): Interface[] {
  return [...text.matchAll(/^\s*([^\s:]+):\s*(.*)$/gm)].flatMap(([, name = '', row = '']) => {
    const counts = row.trim().split(/\s+/).map(Number);
    const [received, sent] = [counts[0], counts[8]];
    if (name === 'lo' || received === undefined || sent === undefined) return [];
    const megabits = speeds.get(name);
    return [{ name, received, sent, ...(megabits !== undefined && megabits > 0 && { speed: megabits * 1_000_000 }) }];
  });
}
