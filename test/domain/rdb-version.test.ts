import { expect, test } from 'vitest';
import { type RdbForm, whyNotLoadable } from '../../src/domain/rdb-version.ts';
import type { Engine } from '../../src/domain/server.ts';

const form = (magic: RdbForm['magic'], version: number, engine?: Engine, engineVersion?: string): RdbForm => ({
  magic,
  version,
  ...(engine && { engine }),
  ...(engineVersion !== undefined && { engineVersion }),
});

test.each([
  { file: form('REDIS', 10, 'redis', '7.0.15'), engine: 'redis', version: '6.2.16', loads: false },
  { file: form('REDIS', 10, 'redis', '7.0.15'), engine: 'redis', version: '7.0.0', loads: true },
  { file: form('REDIS', 10, 'redis', '7.0.15'), engine: 'valkey', version: '7.2.7', loads: true },
  { file: form('REDIS', 11, 'valkey', '8.1.1'), engine: 'redis', version: '7.0.15', loads: false },
  { file: form('REDIS', 11, 'valkey', '8.1.1'), engine: 'redis', version: '7.2.0', loads: true },
  { file: form('REDIS', 12, 'redis', '8.0.6'), engine: 'redis', version: '7.4.1', loads: true },
  { file: form('REDIS', 12, 'redis', '8.0.6'), engine: 'redis', version: '7.2.6', loads: false },
  { file: form('REDIS', 12, 'redis', '8.0.6'), engine: 'valkey', version: '9.1.2', loads: false },
  { file: form('VALKEY', 80, 'valkey', '9.1.2'), engine: 'valkey', version: '9.0.0', loads: true },
  { file: form('VALKEY', 80, 'valkey', '9.1.2'), engine: 'valkey', version: '8.1.1', loads: false },
  { file: form('VALKEY', 80), engine: 'redis', version: '8.8.0', loads: false },
  // Newer than what is known here.
  { file: form('REDIS', 17, 'redis', '9.2.0'), engine: 'redis', version: '9.2.1', loads: true },
  { file: form('REDIS', 17, 'redis', '9.2.0'), engine: 'redis', version: '9.1.0', loads: false },
] as const)(
  '$engine $version and a file of $file.engine $file.engineVersion: $loads',
  ({ file, engine, version, loads }) => {
    const why = whyNotLoadable(file, { engine, version });
    expect(why ?? '').toMatch(loads ? /^$/ : new RegExp(` ${version.replaceAll('.', '\\.')}`));
  },
);
