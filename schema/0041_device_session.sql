-- Máy nhận thông báo theo phiên đăng nhập đã xin: phiên bị kết thúc thì máy thôi nhận.

alter table push_device add column session INTEGER;
create index push_device_by_session on push_device (session) where session is not null;
