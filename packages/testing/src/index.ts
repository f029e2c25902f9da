// What tests use: one service under test, a movable clock, wire-level fakes, tokens, schemas.
export { durationMs, type MovableClock, movableClock } from './clock.ts'
export { eventually } from './eventually.ts'
export { type CallOptions, type TestClient, type TestResponse, testClient } from './http.ts'
export { engineUrl, type TestSchema, testSchema } from './schema.ts'
export { proxyOf, type TcpProxy, type TcpProxyOptions, tcpProxy } from './tcp-proxy.ts'
export { sealKeys, type TokenMaker, tokenMaker } from './tokens.ts'
export { startUnderTest, type UnderTest, type UnderTestOptions } from './under-test.ts'
export { type FakeRequest, type FakeRoutes, fakeUpstream } from './upstream.ts'
