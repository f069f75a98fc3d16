import { type EnvironmentInput, environment } from '../../environments/environment'

const minimal: EnvironmentInput = {
  name: 'dev',
  account: '123456789012',
  region: 'eu-west-1',
  bucket: 'acme-landing-dev',
  warehouses: { main: { kind: 'redshift', host: 'h', database: 'd', user: 'u' } },
}

describe('an environment', () => {
  it('is sensible without its optional parts', () => {
    expect(environment(minimal)).toMatchObject({
      bucket: { name: 'acme-landing-dev', existing: false },
      notify: {},
      topics: { failureArn: 'arn:aws:sns:eu-west-1:123456789012:penstock-dev-failure' },
      settings: { work: 's3://acme-landing-dev/_penstock/' },
    })
  })

  it('tells every mistake at once, of the infrastructure and of the loader', () => {
    const wrong = { ...minimal, account: '12', bucket: 'Acme', regoin: 'x', routes: [{ match: '/a', into: {} }] }
    expect(() => environment(wrong as EnvironmentInput)).toThrow(
      /^environment dev cannot be used:\n {2}account: .*\n {2}bucket: .*[\s\S]*regoin: there is no setting "regoin" \(did you mean 'region'\?\)/,
    )
  })

  it('tells of routes although the bucket is wrong', () => {
    expect(() => environment({ ...minimal, routes: [{ match: '/a', into: {} }] })).toThrow(
      /routes\[0\]\.match: '\/a' starts with '\/'/,
    )
  })
})
