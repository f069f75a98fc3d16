import { AwsProvider } from '@cdktf/provider-aws/lib/provider'
import { type App, S3Backend, TerraformOutput, TerraformStack } from 'cdktf'
import type { Environment } from '../environments/environment'
import { LandingBucket } from './landing-bucket'
import { NoticeTopics } from './notice-topics'
import { QueueWithDeadLetters } from './queue-with-dead-letters'
import { StateTables } from './state-tables'

/** How long the functions may run. A load may take as long as Lambda allows. */
const TIMEOUT_SECONDS = { onObject: 60, onLoad: 900 } as const

/** All that one environment needs. The stack's id is the environment's name, so `cdktf deploy dev` deploys it. */
export class PenstockStack extends TerraformStack {
  constructor(app: App, environment: Environment) {
    super(app, environment.name)
    const { account, region } = environment
    const name = `penstock-${environment.name}`
    new AwsProvider(this, 'aws', {
      region,
      allowedAccountIds: [account],
      defaultTags: [{ tags: { Application: name } }],
    })
    const backend = new S3Backend(this, {
      bucket: environment.stateBucket ?? `${environment.bucket.name}-state`,
      key: `${name}.tfstate`,
      region,
      encrypt: true,
    })
    backend.addOverride('use_lockfile', true)

    const topics = new NoticeTopics(this, 'notices', {
      name,
      account,
      failuresTo: environment.notify.failures?.mail,
      successesTo: environment.notify.successes?.mail,
    })
    const queueOf = (what: 'objects' | 'wakes', consumerTimeoutSeconds: number) =>
      new QueueWithDeadLetters(this, `${what}-queue`, {
        name: `${name}-${what}`,
        consumerTimeoutSeconds,
        alarmTopicArn: topics.failureArn,
      })
    const objects = queueOf('objects', TIMEOUT_SECONDS.onObject)
    const wakes = queueOf('wakes', TIMEOUT_SECONDS.onLoad)
    const landing = new LandingBucket(this, 'landing-bucket', {
      bucket: environment.bucket.name,
      account,
      queue: objects,
    })
    new StateTables(this, 'state-tables', { name })

    new TerraformOutput(this, 'bucket', { value: landing.bucketName })
    new TerraformOutput(this, 'queue', { value: objects.url })
    new TerraformOutput(this, 'dead-letters', { value: [objects.deadLettersArn, wakes.deadLettersArn] })
  }
}
