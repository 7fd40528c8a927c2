-- When the sign-in was that a token follows from: it bounds how long renewals can go on.
ALTER TABLE tokens ADD COLUMN started_on BIGINT;
