/** A setting of the kernel that an approved plan may change. */
interface KernelSetting {
  /** What it may be set to, as a regular expression over the digits: an undo may have to bring back any value. */
  allowed: string;
  /** The same for sudoers, which knows classes of characters but no repetition. */
  shapes: readonly string[];
  /** What it may be set to for good, smallest first. */
  kept: readonly number[];
  /** Its reading in the probe host-kernel, and in host-kept-settings. */
  field: string;
}

/** Numbers of two to seven digits. */
const QUEUE = {
  allowed: String.raw`\d{2,7}`,
  shapes: [2, 3, 4, 5, 6, 7].map((digits) => '[0-9]'.repeat(digits)),
  kept: [1024, 4096, 16_384, 65_535],
};

/** All settings of the kernel that can be changed from here; nothing else is passed on to a host. */
export const KERNEL_SETTINGS = {
  'vm.overcommit_memory': { allowed: '[0-2]', shapes: ['[0-2]'], kept: [1], field: 'overcommit_memory' },
  'vm.swappiness': {
    allowed: String.raw`\d|[1-9]\d|1\d\d`,
    shapes: ['[0-9]', '[1-9][0-9]', '1[0-9][0-9]'],
    kept: [1, 10],
    field: 'swappiness',
  },
  'net.core.somaxconn': { ...QUEUE, field: 'somaxconn' },
  'net.ipv4.tcp_max_syn_backlog': { ...QUEUE, field: 'tcp_max_syn_backlog' },
} as const satisfies Record<string, KernelSetting>;
export type KernelSettingName = keyof typeof KERNEL_SETTINGS;
export const KERNEL_SETTING_NAMES = Object.keys(KERNEL_SETTINGS) as [KernelSettingName, ...KernelSettingName[]];

export const HUGE_PAGES = ['always', 'madvise', 'never'] as const;
export type HugePages = (typeof HUGE_PAGES)[number];

/**
 * The files that an administrator puts there once and that only root may write. What is kept over a restart is copied
 * from them: a login that could write a file of sysctl.d itself could become root with it.
 */
export const TOOLS_FOLDER = '/usr/local/lib/redis-medic';

export function toolFor(setting: KernelSettingName, value: number): string {
  return `${TOOLS_FOLDER}/${setting}=${value}.conf`;
}

/** Where a setting is kept: behind every other file of the folder in the order in which they count. */
export function keptIn(setting: KernelSettingName): string {
  return `/etc/sysctl.d/zz-redis-medic-${setting}.conf`;
}

export const HUGE_PAGES_NOW = '/sys/kernel/mm/transparent_hugepage/enabled';
export const HUGE_PAGES_KEPT = '/etc/tmpfiles.d/zz-redis-medic-huge-pages.conf';

export function hugePagesTool(mode: HugePages): string {
  return `${TOOLS_FOLDER}/huge-pages=${mode}`;
}

/** For madvise alone: what systemd-tmpfiles writes at every start of the host. */
export const HUGE_PAGES_KEPT_TOOL = `${TOOLS_FOLDER}/huge-pages=madvise.conf`;

/** The files of the folder, with what is in them. */
export function toolFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const setting of KERNEL_SETTING_NAMES) {
    for (const value of KERNEL_SETTINGS[setting].kept) files.set(toolFor(setting, value), `${setting} = ${value}`);
  }
  for (const mode of HUGE_PAGES) files.set(hugePagesTool(mode), mode);
  files.set(HUGE_PAGES_KEPT_TOOL, `w ${HUGE_PAGES_NOW} - - - - madvise`);
  return files;
}
