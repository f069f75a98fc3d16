import { paginateListObjectsV2 } from '@aws-sdk/client-s3'
import { LOCAL } from '../../environments/local/names'
import { urlOf } from '../../lambda/model'
import { CRASH_POINTS, type CrashPoint } from '../spec/crash-points'
import type { PutFile } from './files'
import type { Stage } from './stage'
import type { Kill, Line } from './workers'

/** How often workers died at each point, by the number of deaths, and the points at which none did. */
export function tellKills(kills: readonly Kill[]): string {
  const counts = new Map<string, number>()
  for (const { at } of kills) counts.set(at, (counts.get(at) ?? 0) + 1)
  const by = (role: Kill['role']) => kills.filter((kill) => kill.role === role).length
  const rows = [...counts].sort(([, a], [, b]) => b - a).map(([at, count]) => `  ${String(count).padStart(4)}  ${at}`)
  const never = CRASH_POINTS.filter((point: CrashPoint) => !counts.has(point))
  return [
    `${kills.length} processes killed: ${by('intake')} at intake, ${by('load')} at loading, ${by('tick')} at the tick`,
    ...rows,
    `${never.length} of ${CRASH_POINTS.length} points that nobody died at: ${never.join(', ') || 'none'}`,
  ].join('\n')
}

/** All that was logged of the batches that these files were in, and of the files themselves. */
export async function tellStories(
  stage: Stage,
  files: readonly PutFile[],
  lines: readonly Line[],
): Promise<readonly string[]> {
  const batches = await batchesOf(stage)
  return files.map((file) => {
    const url = urlOf({ bucket: LOCAL.bucket, key: file.key })
    const ids = [...batches].filter(([, text]) => text.includes(`"${file.key}"`)).map(([id]) => id)
    const workers = new Set(lines.filter(({ text }) => ids.some((id) => text.includes(id))).map(({ worker }) => worker))
    const about = lines.filter(
      ({ text, worker }) =>
        text.includes(url) || ids.some((id) => text.includes(id)) || (text.startsWith('✝') && workers.has(worker)),
    )
    const told = about.map((line) => `  ${tellLine(line)}`)
    return [`${file.key} (${file.ends} expected) was in batches ${ids.join(', ') || 'none'}:`, ...told].join('\n')
  })
}

/** Seconds since the start, the process, and what it said. */
export function tellLine({ atMs, worker, role, text }: Line): string {
  return `${(atMs / 1000).toFixed(2)} ${role} ${worker}  ${text}`
}

/** What each batch has written down of its files. */
async function batchesOf({ clients, ports }: Stage): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for await (const page of paginateListObjectsV2(
    { client: clients.s3 },
    { Bucket: LOCAL.bucket, Prefix: '_penstock/' },
  )) {
    for (const { Key: key = '' } of page.Contents ?? []) {
      if (!key.endsWith('/batch.json')) continue
      found.set(key.split('/').at(-2) ?? '', await ports.objects.get(urlOf({ bucket: LOCAL.bucket, key })))
    }
  }
  return found
}
