/** Ranges that no host on the internet has: this host, private networks, link-local, carrier-grade NAT, documentation, multicast. */
const NOT_PUBLIC_4 =
  /^(0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|^(22[4-9]|2[3-5]\d)\./;
const NOT_PUBLIC_6 = /^(::1?$|fe[89ab]|f[cd]|ff)/i;

/** True for a literal address that is routed on the internet; names are nobody's. */
export function isPublicAddress(host: string): boolean {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(host)) return !NOT_PUBLIC_4.test(host);
  return host.includes(':') && !/^::ffff:/i.test(host) && !NOT_PUBLIC_6.test(host);
}
