import { PutParameterCommand } from '@aws-sdk/client-ssm'
import type { AwsJsonServer } from '../../../environments/local/ssm/aws-json'
import { startSsm } from '../../../environments/local/ssm/server'
import type { Clients } from '../../../lambda/platform/clients'
import { secretsInSsm } from '../../../lambda/platform/secrets-in-ssm'
import { secretsInMemory } from '../../memory/secrets-in-memory'
import { clientsFor, REGION } from './embedded'
import { describeSecretsPort } from './secrets.contract'

describeSecretsPort('in memory', () => {
  let nowMs = 0
  const port = secretsInMemory({ now: () => nowMs })
  return {
    port,
    set: async (name, value) => port.set(name, value),
    later: (minutes) => {
      nowMs += minutes * 60_000
    },
  }
})

describe('on SSM', () => {
  let server: AwsJsonServer
  let clients: Clients
  beforeAll(async () => {
    server = await startSsm({ region: REGION, account: '000000000000' })
    clients = clientsFor({ AWS_ENDPOINT_URL_SSM: server.endpoint })
  })
  afterAll(async () => {
    clients.close()
    await server.stop()
  })

  const set = async (Name: string, Value: string) => {
    await clients.ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }))
  }

  describeSecretsPort('in parameters', () => {
    let nowMs = 0
    const port = secretsInSsm({ client: clients.ssm, now: () => nowMs })
    return {
      port,
      set,
      later: (minutes) => {
        nowMs += minutes * 60_000
      },
    }
  })

  it('says with which command a secret is set', async () => {
    const port = secretsInSsm({ client: clients.ssm, now: () => 0 })
    await expect(port.read('/penstock/test/none')).rejects.toThrow(
      'aws ssm put-parameter --name /penstock/test/none --type SecureString --overwrite --value file://<file-with-the-password>',
    )
  })

  it('says what the role lacks when it may not read', async () => {
    server.failNext({ operation: 'GetParameter', how: { kind: 'error', code: 'AccessDeniedException', status: 400 } })
    await expect(secretsInSsm({ client: clients.ssm, now: () => 0 }).read('/penstock/test/x')).rejects.toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringMatching(/\/penstock\/test\/x: it needs ssm:GetParameter on it, and kms:Decrypt/),
    })
  })

  it('tells the redactor of every secret that it reads, and of nothing else', async () => {
    const learnt: string[] = []
    const port = secretsInSsm({ client: clients.ssm, now: () => 0, learn: (secret) => learnt.push(secret) })
    await set('/penstock/test/learn', 'PLACEHOLDER')
    await expect(port.read('/penstock/test/learn')).rejects.toThrow()
    await set('/penstock/test/learn', 'a secret\n')
    await port.read('/penstock/test/learn')
    expect(learnt).toEqual(['a secret'])
  })
})
