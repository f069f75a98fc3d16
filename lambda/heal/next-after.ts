import { splitUrl } from '../model'
import type { Settings } from '../settings'

/**
 * The key after which a listing goes on. The loader's own objects may be many, and are passed over as a whole.
 *
 * @param last the last key of a page
 */
export function nextAfter(
  { bucket, work }: Pick<Settings, 'bucket' | 'work'>,
  last: string | undefined,
): string | undefined {
  const own = splitUrl(work)
  if (last === undefined || own.bucket !== bucket || own.key === '' || !last.startsWith(own.key)) return last
  return `${own.key}\u{10FFFF}`
}
