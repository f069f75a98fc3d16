import type { Amendment } from './in-front-of-moto'

const OF_A_GROUP = /^IpPermissions\.\d+\.(Groups|UserIdGroupPairs)\.\d+\.Description$/
const RULE_ID = /<securityGroupRuleId>([^<]+)<\/securityGroupRuleId>/g

/** What a rule says of itself that lets a security group in: moto (5.2) keeps that of rules on addresses only. */
export function makeRuleDescriptions(): Amendment {
  const remembered = new Map<string, string>()
  return async (asked, moto) => {
    const form = new URLSearchParams(asked.method === 'POST' ? asked.body.toString('utf8') : '')
    const action = form.get('Action') ?? ''
    if (!/^(AuthorizeSecurityGroup(In|E)gress|DescribeSecurityGroupRules)$/.test(action)) return undefined
    const answered = await moto(asked)
    const xml = answered.body.toString('utf8')
    const description = [...form].find(([name]) => OF_A_GROUP.test(name))?.[1]
    if (description !== undefined) {
      for (const [, id] of xml.matchAll(RULE_ID)) if (id !== undefined) remembered.set(id, description)
    }
    const amended = xml.replace(RULE_ID, (element, id: string) => {
      const own = remembered.get(id)
      return own === undefined ? element : `${element}<description>${own}</description>`
    })
    return { ...answered, body: Buffer.from(amended) }
  }
}
