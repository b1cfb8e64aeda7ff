/** `1,204`; exact for a bigint. */
export function count(value: number | bigint): string {
  return value.toLocaleString('en-US');
}

/** `1 file`, `2 files`. */
export function counted(value: number | bigint, one: string, many = `${one}s`): string {
  return `${count(value)} ${Number(value) === 1 ? one : many}`;
}

/** `12 h 04 m`, `4 m 05 s`, `32 s`: the two largest units. */
export function duration(milliseconds: number | bigint): string {
  const seconds = BigInt(Math.floor(Number(milliseconds) / 1000));
  const [hours, minutes] = [seconds / 3600n, (seconds / 60n) % 60n];
  const two = (value: bigint): string => value.toString().padStart(2, '0');
  if (hours > 0n) return `${count(hours)} h ${two(minutes)} m`;
  if (minutes > 0n) return `${count(minutes)} m ${two(seconds % 60n)} s`;
  return `${count(seconds)} s`;
}

/** `0.8 s` up to a minute, then as `duration`. */
export function seconds(value: number): string {
  return value < 60 ? `${value.toFixed(1)} s` : duration(value * 1000);
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `1.4 MB`, in powers of 1000. */
export function bytes(value: number): string {
  let [scaled, unit] = [value, 0];
  while (scaled >= 999.5 && unit < UNITS.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return `${unit === 0 || scaled >= 99.5 ? scaled.toFixed(0) : scaled.toFixed(1)} ${UNITS[unit] ?? 'TB'}`;
}
