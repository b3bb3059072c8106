/** An amount of memory or disk in words, in binary units as in the window: "0.4 MiB", "192 MiB", "1.4 GiB". */
export function byteSize(bytes: number): string {
  const mebibytes = bytes / 2 ** 20
  if (mebibytes >= 1024) return `${(mebibytes / 1024).toFixed(1)} GiB`
  return `${mebibytes.toFixed(mebibytes < 10 ? 1 : 0)} MiB`
}
