export function enginesFolder(env?: Readonly<Record<string, string | undefined>>): string;
export function fetchEngines(folder?: string, say?: (text: string) => void): string[];
export function fetchPeer(name: 'redis-exporter', folder?: string, say?: (text: string) => void): string | undefined;
