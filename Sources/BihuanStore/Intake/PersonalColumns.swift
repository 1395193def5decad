/// Names under which real exports carry the person who called or wrote; a map may only ignore such columns.
///
/// Collected from the column names of published hotline, petition and complaint systems.
enum PersonalColumns {
    private static let names: Set<String> = [
        "姓名", "来电人", "来电人姓名", "来电号码", "来电电话", "联系人", "联系人姓名", "联系方式", "联系电话", "联系号码", "手机", "手机号",
        "手机号码", "电话", "电话号码", "求助人", "求助人员", "求助号码", "市民姓名", "市民电话", "反映人", "反映人姓名", "反映人电话", "诉求人",
        "诉求人姓名", "诉求人电话", "投诉人", "投诉人姓名", "投诉人电话", "举报人", "举报人姓名", "举报人电话", "信访人", "信访人姓名", "留言人",
        "留言用户", "用户名", "用户昵称", "昵称", "作者", "发帖人", "身份证", "身份证号", "身份证号码", "证件号码", "邮箱", "电子邮箱", "性别",
        "年龄", "微信号", "qq", "name", "phone", "mobile", "email", "author", "caller", "caller_name", "caller_phone",
        "username",
        "user_name", "nickname", "first_name", "last_name", "id_card", "gender", "complainant",
    ]

    static func contains(_ column: String) -> Bool {
        self.names.contains(column.lowercased())
    }
}
