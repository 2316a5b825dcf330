import { expect, test } from 'vitest';
import kernel from '../../../src/probes/host-kernel.ts';
import process from '../../../src/probes/host-process.ts';
import config from '../../../src/probes/process-config.ts';
import rule from '../../../src/rules/host/somaxconn-low.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each<[number, number | undefined, number | undefined, 'container' | undefined, string]>([
  [4096, 2048, 511, undefined, 'clear'],
  [511, 511, 511, undefined, 'clear'],
  [510, 2048, 511, undefined, 'info'],
  [4096, 128, 511, undefined, 'info'],
  [128, undefined, 511, undefined, 'info'],
  [128, 128, 100, undefined, 'clear'],
  [128, 128, undefined, undefined, 'unassessed'],
  [128, 128, 511, 'container', 'unassessed'],
])(
  'somaxconn %s and syn backlog %s for a backlog of %s (%s): %s',
  (somaxconn, tcp_max_syn_backlog, tcp_backlog, container, want) => {
    const readings = [
      saw(kernel, { somaxconn, tcp_max_syn_backlog }),
      saw(process, { container }),
      saw(config, { tcp_backlog }),
    ];
    expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
  },
);
