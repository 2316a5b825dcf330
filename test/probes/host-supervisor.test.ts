import { expect, test } from 'vitest';
import probe from '../../src/probes/host-supervisor.ts';
import { hostText, readHost } from '../support/host-answers.ts';

test('a systemd unit', () => {
  const seen = readHost(probe, {
    '/cgroup': '0::/system.slice/redis-server.service\n',
    systemctl: [['redis-server.service', hostText('systemctl-show-of-debian')]],
  });
  expect(seen).toEqual({
    kind: 'systemd',
    unit: {
      name: 'redis-server.service',
      type: 'notify',
      subState: 'running',
      restart: 'always',
      restartAfter: 0.1,
      restarts: 2,
      startTimeout: 90,
      stopTimeout: 90,
      nofile: 65_535,
      oomScoreAdjust: 0,
    },
    restartsAtOnce: true,
  });
});

test.each([
  [
    'a pod',
    '0::/kubepods.slice/cri-containerd-4f.scope\n',
    { kind: 'kubernetes', unit: undefined, restartsAtOnce: true },
  ],
  ['a container', '4:memory:/docker/4f\n', { kind: 'container', unit: undefined, restartsAtOnce: undefined }],
  ['a shell', '0::/user.slice\n', { kind: 'unknown', unit: undefined, restartsAtOnce: undefined }],
])('%s', (_what, cgroup, want) => {
  expect(readHost(probe, { '/cgroup': cgroup })).toEqual(want);
});

test('a unit that systemd does not know is none', () => {
  const seen = readHost(probe, { '/cgroup': '0::/a/b.service\n', systemctl: 'LoadState=not-found\nRestart=no\n' });
  expect(seen).toEqual({ kind: 'unknown', unit: undefined, restartsAtOnce: undefined });
});
