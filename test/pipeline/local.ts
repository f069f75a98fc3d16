import { PutObjectCommand } from '@aws-sdk/client-s3'
import { type LocalEnvironment, type LocalOptions, startLocal } from '../../environments/local/start'
import type { FileRecord, S3Url, TargetId } from '../../lambda/model'

export interface Logged {
  readonly level: string
  readonly event: string
  readonly fields: Readonly<Record<string, unknown>>
}

export type Local = LocalEnvironment & {
  readonly logged: readonly Logged[]
  /** Every event that the bucket has sent. */
  readonly events: readonly string[]
  /** Creates a table that the loader may insert into. */
  readonly table: (name: string, columns: string) => Promise<void>
  /** Puts an object into another bucket than the one in which files land. */
  readonly putElsewhere: (bucket: string, key: string, body: string) => Promise<void>
  readonly rows: (table: string) => Promise<number>
  /** Ends the hold of a target and wakes it: it would pass by itself in half a minute, and a test need not wait for it. */
  readonly loadAgain: (target: TargetId) => Promise<void>
  /** All that anybody can read of a target and of one of its files, as one text: logs, notices, state and statements. */
  readonly everythingSaid: (target: TargetId, key: string) => Promise<string>
  readonly record: (target: TargetId, key: string) => Promise<FileRecord | undefined>
  /** Everything that was published to a topic so far. */
  readonly notices: (
    topic: 'success' | 'failure',
  ) => Promise<readonly { subject: string; body: Record<string, unknown> }[]>
}

/** The embedded environment, with what tests ask of it. */
export async function startForTest(options: LocalOptions = {}): Promise<Local> {
  const logged: Logged[] = []
  const events: string[] = []
  const local = await startLocal({
    log: (level, event, fields) => void logged.push({ level, event, fields }),
    measure: () => {},
    onEvent: (body) => void events.push(body),
    ...options,
  })
  for (const topic of ['success', 'failure'] as const) {
    const { arn } = await local.queues.createQueue(`notices-${topic}`)
    await local.queues.subscribe(await local.queues.createTopic(`penstock-local-${topic}`), { queueArn: arn })
  }
  const here: Local = {
    ...local,
    logged,
    events,
    table: async (name, columns) => {
      await local.redshift.admin(`create table ${name} (${columns}); grant insert on ${name} to penstock`)
    },
    putElsewhere: async (bucket, key, body) =>
      void (await local.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))),
    rows: async (table) => Number((await local.redshift.admin(`select count(*) as rows from ${table}`))[0]?.['rows']),
    loadAgain: async (target) => {
      const { targets, wakes } = local.ports
      const nowMs = Date.now()
      const claimed = await targets.claim(target, { owner: 'test', nowMs, untilMs: nowMs + 1_000 })
      if (claimed === 'held') throw new Error('somebody holds the target')
      await targets.change(target, { owner: 'test', fence: claimed.fence }, { hold: null, lease: null })
      await wakes.send([{ target, delaySeconds: 0 }])
      await local.quiet()
    },
    record: async (target, key) => {
      const url: S3Url = `s3://${local.bucket}/${key}`
      return (await local.ports.files.get(target, [url])).get(url)
    },
    notices: async (topic) =>
      (await local.queues.bodies(`notices-${topic}`)).map((text) => {
        const { Subject, Message } = JSON.parse(text) as { Subject: string; Message: string }
        return { subject: Subject, body: JSON.parse(Message) as Record<string, unknown> }
      }),
    everythingSaid: async (target, key) =>
      JSON.stringify([
        logged,
        await here.notices('success'),
        await here.notices('failure'),
        await here.record(target, key),
        await local.ports.targets.get(target),
        local.redshift.statements,
      ]),
  }
  return here
}
