import type { ServerIdentity } from '../../src/domain/server.ts';
import type { Target } from '../../src/domain/target.ts';
import securityConfig from '../../src/probes/security-config.ts';
import { saw, scene, type Told } from './scene.ts';

/** A server that listens on its host only, as one started without options. */
const CALM = {
  bind: '127.0.0.1 -::1',
  protected_mode: 'yes',
  port: 6379,
  tls_port: 0,
  dir: '/var/lib/redis',
  dbfilename: 'dump.rdb',
};

export interface Guarded {
  config?: Partial<ReturnType<typeof securityConfig.read>> | string;
  identity?: Partial<ServerIdentity>;
  target?: Partial<Target>;
  also?: readonly Told[];
  name?: string;
}

/** A node with these security settings; it lets strangers in unless `identity` says otherwise. */
export function guarded({ config = {}, identity, target = {}, also = [], name }: Guarded) {
  const told = typeof config === 'string' ? config : { ...CALM, ...config };
  return scene({
    target: { environment: '', ...target },
    nodes: [
      {
        ...(name !== undefined && { name }),
        readings: [saw(securityConfig, told), ...also],
        identity: { admitsAnyone: true, ...identity },
      },
    ],
  });
}

export const OPEN = { bind: '* -::*', protected_mode: 'no' };
