import type { Pattern } from '../route/pattern'

/** What every key that the pattern takes begins with: S3 need not list anything else. Empty if the pattern says nothing. */
export function listingPrefix({ folders, file }: Pattern): string {
  let prefix = ''
  for (const folder of folders) {
    if (folder === '**') return prefix
    if (folder.literal === undefined) return prefix + beginOf(folder)
    prefix += `${folder.literal}/`
  }
  return prefix + beginOf(file)
}

function beginOf({ tokens }: Pattern['file']): string {
  const open = tokens.findIndex((token) => typeof token === 'string')
  const fixed = open < 0 ? tokens : tokens.slice(0, open)
  return fixed.map((token) => (typeof token === 'string' ? '' : token.char)).join('')
}
