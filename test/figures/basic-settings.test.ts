import { expect, test } from 'vitest';
import basicSettings from '../../src/figures/basic-settings.ts';
import networkConfig from '../../src/probes/network-config.ts';
import securityConfig from '../../src/probes/security-config.ts';
import { saw, scene } from '../support/scene.ts';

const USUAL = { timeout: 0, tcp_keepalive: 300, tcp_backlog: 511, maxclients: 10_000, loglevel: 'notice' };

function told(settings: Partial<typeof USUAL>) {
  const readings = [
    saw(networkConfig, { ...USUAL, ...settings }),
    saw(securityConfig, { bind: '10.0.0.5 -::1', protected_mode: 'yes' }),
  ];
  const [said] = basicSettings.tell(scene({ nodes: [{ readings }] }));
  return said && 'said' in said ? { ok: said.ok, said: said.said } : said;
}

test.each<[string, Partial<typeof USUAL>, boolean, string]>([
  ['the usual ones are shown', {}, true, 'bind 10.0.0.5 -::1'],
  ['a timeout that closes pooled connections', { timeout: 300 }, false, 'timeout is 300'],
  ['a timeout longer than pools wait', { timeout: 600 }, true, 'timeout 600'],
  ['no keepalive', { tcp_keepalive: 0 }, false, 'tcp-keepalive is 0'],
  ['a late keepalive', { tcp_keepalive: 301 }, false, 'tcp-keepalive is 301'],
  ['a debug log', { loglevel: 'debug' }, false, 'loglevel is debug'],
])('%s', (_sentence, settings, ok, said) => {
  expect(told(settings)).toEqual({ ok, said: expect.stringContaining(said) });
});
