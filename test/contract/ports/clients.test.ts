import { makeClients } from '../../../lambda/platform/clients'

const ENV = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' }

it('asks AWS itself, with virtual-hosted buckets, where no endpoint is set', async () => {
  const clients = makeClients(ENV)
  expect(clients.s3.config.forcePathStyle).toBe(false)
  expect(await clients.s3.config.endpoint?.()).toBeUndefined()
  expect(await clients.dynamodb.config.region()).toBe('eu-west-1')
  expect(await clients.sqs.config.credentials()).toMatchObject({ accessKeyId: 'id' })
  clients.close()
})

it('asks the endpoint of a service, else that of all services, with the bucket in the path', async () => {
  const clients = makeClients({ ...ENV, AWS_ENDPOINT_URL: 'http://local:1', AWS_ENDPOINT_URL_S3: 'http://local:2' })
  expect(await clients.dynamodb.config.endpoint?.()).toMatchObject({ hostname: 'local', port: 1 })
  expect(await clients.ssm.config.endpoint?.()).toMatchObject({ port: 1 })
  expect(await clients.s3.config.endpoint?.()).toMatchObject({ port: 2 })
  expect(clients.s3.config.forcePathStyle).toBe(true)
  clients.close()
})
