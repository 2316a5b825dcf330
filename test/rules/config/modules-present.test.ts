import { expect, test } from 'vitest';
import modules, { type Module } from '../../../src/probes/modules.ts';
import rule from '../../../src/rules/config/modules-present.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each<[string, Module[], string]>([
  ['none', [], 'clear'],
  ['vector sets are part of Redis 8', [{ name: 'vectorset', version: '1', path: '' }], 'clear'],
  ['Lua is part of Valkey 9', [{ name: 'lua', version: '1', path: 'lua' }], 'clear'],
  ['search', [{ name: 'search', version: '20810', path: '/usr/lib/redis/search.so' }], 'info'],
  ['on 6.2, which names no path', [{ name: 'search', version: '20810', path: undefined }], 'info'],
])('%s', (_what, loaded, want) => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(modules, loaded)] }] }))).toBe(want);
});
