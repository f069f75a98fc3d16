import { AwsProvider } from '@cdktf/provider-aws/lib/provider'
import { type App, S3Backend, TerraformOutput, TerraformStack } from 'cdktf'
import type { Environment } from '../environments/environment'
import { LandingBucket } from './landing-bucket'
import { ObjectQueue } from './object-queue'
import { StateTables } from './state-tables'

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
      bucket: `${environment.bucket}-state`,
      key: `${name}.tfstate`,
      region,
      encrypt: true,
    })
    backend.addOverride('use_lockfile', true)

    const arrivals = new ObjectQueue(this, 'object-queue', { name: `${name}-objects`, consumerTimeoutSeconds: 60 })
    const landing = new LandingBucket(this, 'landing-bucket', { bucket: environment.bucket, queue: arrivals })
    new StateTables(this, 'state-tables', { name })

    new TerraformOutput(this, 'bucket', { value: landing.bucketName })
    new TerraformOutput(this, 'queue', { value: arrivals.url })
  }
}
