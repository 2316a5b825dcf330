import { expect, test } from 'vitest';
import clientUsers from '../../src/probes/client-users.ts';

const row = (id: number, user: string, over = '') => `id=${id} addr=10.0.0.9:${id} name= flags=N user=${user} ${over}`;

test('who is the default user, and how many gave a name; redis-medic is neither', () => {
  const list = [
    row(1, 'default'),
    row(2, 'app'),
    row(3, 'app'),
    'id=4 addr=10.0.0.2:1 name= flags=S user=default',
    'id=5 addr=10.0.0.2:2 name= flags=S user=repl',
    'id=6 addr=10.0.0.3:2 name=sentinel-0a1b2c3d-cmd flags=N user=sentinel',
    'id=7 addr=10.0.0.4:2 name=redis-medic flags=N user=default',
  ].join('\n');
  const server = { engine: 'redis', version: '7.0.15' } as never;
  expect(clientUsers.read([list], server)).toEqual({ as_default: 2, applications: 2 });
});
