import { PutObjectCommand } from '@aws-sdk/client-s3'
import { LOCAL } from '../../environments/local/names'
import type { Figure } from './figure'
import { runIntake, runLoads, startStage } from './stage'

/** Files that are being put at the same time. */
const IN_FLIGHT = 20

/** The whole path with nothing left out: files are put, S3 tells a queue, and each batch is a COPY of the embedded Redshift. */
export async function loadPutFiles(batchSize: number, files: number, runs: number): Promise<Figure> {
  const stage = await startStage({ settings: { batch: { files: batchSize, seconds: 900 } } })
  const intake = runIntake(stage)
  const loads = runLoads(stage)
  const loadOnce = async (table: string) => {
    await stage.admin(
      `create table public.${table} (id bigint, name varchar(64)); grant insert on public.${table} to ${LOCAL.user}`,
    )
    const startedMs = performance.now()
    let next = 0
    const putNext = async () => {
      while (next < files) {
        const at = next
        next += 1
        const object = { Bucket: LOCAL.bucket, Key: `${table}/${at}.csv`, Body: `${at},file\n` }
        await stage.clients.s3.send(new PutObjectCommand(object))
      }
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, putNext))
    await stage.settled()
    await intake.idle()
    await loads.idle()
    const [{ rows } = { rows: 0 }] = await stage.admin(`select count(distinct id) as rows from public.${table}`)
    if (Number(rows) !== files) throw new Error(`of ${files} files ${rows} are loaded`)
    return files / ((loads.lastEndedMs() - startedMs) / 1000)
  }
  try {
    await loadOnce('warm')
    const values: number[] = []
    for (let run = 1; run <= runs; run += 1) values.push(await loadOnce(`run${run}`))
    return { name: `files/s from PUT to recorded, batch ${batchSize.toLocaleString('en-US')}`, unit: 'files/s', values }
  } finally {
    await intake.stop()
    await loads.stop()
    await stage.stop()
  }
}
