-- Who appoints says what the post may know (functions/add_post.sql): the function takes one word more, and the old form goes.
drop function if exists bihuan.add_post(uuid, text, text, text, text[], timestamptz, timestamptz, text, text);
