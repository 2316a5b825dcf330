import { expect, test } from 'vitest';
import rule from '../../../src/rules/connection/tls-mismatch.ts';
import { said, scene } from '../../support/scene.ts';

const UNREAD = { name: '10.0.0.1:6379', cause: 'tls-mismatch' } as const;
const REPORTED = { ...UNREAD, origin: { reportedBy: '10.0.0.2:6379', as: 'primary' } } as const;
const OTHER = { name: '10.0.0.2:6379', readings: [] };
const FOLLOWER = { ...OTHER, role: 'replica', identity: { primary: { host: '10.0.0.1', port: 6379 } } } as const;

test.each([
  ['the only server is high', [UNREAD], 'high'],
  ['one of several is a warning: the others were read', [UNREAD, OTHER], 'warning'],
  [
    'the primary of a replica that was read is a warning: its link is judged by itself',
    [REPORTED, FOLLOWER],
    'warning',
  ],
  ['another cause is another finding', [{ ...UNREAD, cause: 'busy' as const }], 'clear'],
])('%s', (_sentence, nodes, want) => {
  expect(said(rule, scene({ nodes }))).toBe(want);
});

test('it is told of a Sentinel as well', () => {
  const sentinels = [{ name: '10.0.1.1:26379', cause: 'tls-mismatch' as const }];
  expect(rule.assess('x', scene({ nodes: [{ readings: [] }], sentinels }))).toMatchObject([
    { node: '10.0.1.1:26379', severity: 'warning' },
  ]);
});

test.each([
  ['error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required', ': it wants a certificate of ours'],
  ['self-signed certificate in certificate chain', ': its certificate is self-signed'],
  ['certificate has expired', ': its certificate has expired'],
  ["Hostname/IP does not match certificate's altnames", ': its certificate is for another name'],
  ['unable to verify the first certificate', ': its certificate is of an authority'],
  ['the server speaks TLS and was addressed without it: use rediss:// or set tls', ': one side speaks it'],
  ['something new', ''],
])('the headline says why: %s', (detail, why) => {
  const [found] = rule.assess('x', scene({ nodes: [{ ...UNREAD, detail }] }));
  expect(found).toMatchObject({ headline: expect.stringContaining(`TLS with ${UNREAD.name} failed${why}`) });
});
