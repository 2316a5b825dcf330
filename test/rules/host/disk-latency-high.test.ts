import { expect, test } from 'vitest';
import disk from '../../../src/probes/host-disk.ts';
import config from '../../../src/probes/persistence-config.ts';
import rule from '../../../src/rules/host/disk-latency-high.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Case {
  requests?: number;
  milliseconds?: number;
  appendonly?: string;
  appendfsync?: string;
  counted?: boolean;
}

function host({
  requests = 100,
  milliseconds = 100,
  appendonly = 'yes',
  appendfsync = 'everysec',
  counted = true,
}: Case) {
  const work = { device: '8:16', requests: 500, milliseconds: 9000 };
  const grown = { ...work, requests: 500 + requests, milliseconds: 9000 + milliseconds };
  const readings = [
    saw(disk, { work: counted ? grown : undefined }, { work: counted ? work : undefined }),
    saw(config, { appendonly, appendfsync }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Case, string]>([
  ['a quick disk', {}, 'clear'],
  ['20 ms a request', { milliseconds: 2000 }, 'clear'],
  ['more than 20 ms a request', { milliseconds: 2001 }, 'warning'],
  ['with appendfsync always', { milliseconds: 5000, appendfsync: 'always' }, 'warning'],
  ['with appendfsync no', { milliseconds: 5000, appendfsync: 'no' }, 'clear'],
  ['without an append-only file', { milliseconds: 5000, appendonly: 'no' }, 'clear'],
  ['nine slow requests', { requests: 9, milliseconds: 5000 }, 'clear'],
  ['ten slow requests', { requests: 10, milliseconds: 5000 }, 'warning'],
  ['an idle disk', { requests: 0, milliseconds: 0 }, 'clear'],
  ['a file system without a disk', { counted: false }, 'unassessed'],
])('%s', (_what, sketch, want) => expect(said(rule, host(sketch))).toBe(want));
