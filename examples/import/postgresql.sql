-- SPDX-License-Identifier: BSD-3-Clause
--
-- Lines for `jwt-agent store import` from an application that keeps
--
--	users (id, username)
--	user_sessions (id, user_id, device_id, ip_address, user_agent,
--	    created_at, last_activity, expires_at, ended_at)
--	refresh_tokens (id, family_id, user_id, device_name, token_hash,
--	    ip_address, created_at, last_used_at, revoked_at)
--
-- in PostgreSQL: psql -XAtq -d app -f postgresql.sql > lines
--
-- A family of refresh tokens is a device. No token and no hash of one is read:
-- people enrol their devices again, under the names that they have here.
-- Names of columns and tables are yours to change; jwt-agent-transfer(5) says
-- what the members mean. Lines of one user come together, which is faster.

WITH device AS (
    SELECT user_id, family_id AS id,
           max(device_name) AS name,
           min(created_at) AS created,
           max(last_used_at) AS seen,
           (array_agg(host(ip_address) ORDER BY last_used_at DESC NULLS LAST))[1]
               AS seen_rhost,
           CASE WHEN every(revoked_at IS NOT NULL) THEN max(revoked_at) END
               AS revoked
      FROM refresh_tokens
     GROUP BY user_id, family_id
), line AS (
    SELECT user_id, json_build_object(
               'type', 'device', 'format', 1,
               'id', id::text,
               'name', coalesce(nullif(name, ''), 'device ' || id),
               'created', extract(epoch FROM created)::bigint,
               'seen', extract(epoch FROM seen)::bigint,
               'seen_rhost', seen_rhost,
               'revoked', extract(epoch FROM revoked)::bigint)::jsonb AS member
      FROM device
    UNION ALL
    SELECT user_id, json_build_object(
               'type', 'session', 'format', 1,
               'id', id::text,
               'device', coalesce(device_id::text, 'sessions of ' || user_id),
               'service', 'app',
               'rhost', host(ip_address),
               'created', extract(epoch FROM created_at)::bigint,
               'activity', extract(epoch FROM last_activity)::bigint,
               'expires', extract(epoch FROM expires_at)::bigint,
               'ended', extract(epoch FROM ended_at)::bigint)::jsonb
      FROM user_sessions
)
SELECT jsonb_strip_nulls(member || jsonb_build_object('user', u.username))
  FROM line JOIN users u ON u.id = line.user_id
 ORDER BY u.username, member->>'type', member->>'created';
