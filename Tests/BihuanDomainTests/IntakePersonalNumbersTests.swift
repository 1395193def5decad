import BihuanDomain
import Testing

struct IntakePersonalNumbersTests {
    @Test(arguments: [
        // Mobile numbers.
        ("电话13812345678。", "电话138****5678。"),
        ("我的手机是138 1234 5678，请回复", "我的手机是138 **** 5678，请回复"),
        ("138-1234-5678", "138-****-5678"),
        ("联系+8613812345678或8613912345678", "联系+86138****5678或86139****5678"),
        ("+86 138-1234-5678", "+86 138-****-5678"),
        ("０１３不是，１３８１２３４５６７８是", "０１３不是，１３８****５６７８是"),
        ("(13812345678)与15912345678/17712345678", "(138****5678)与159****5678/177****5678"),
        ("013812345678", "0138****5678"),
        ("电话：1381234 5678", "电话：138**** 5678"),
        ("微信同号Tel13812345678", "微信同号Tel138****5678"),
        // Landlines.
        ("0451-87654321", "0451-****4321"),
        ("045187654321", "0451****4321"),
        ("（0451）8765 4321", "（0451）**** 4321"),
        ("010-87654321转801", "010-****4321转801"),
        ("0898—6654321", "0898—****321"),
        ("0451---87654321", "0451---****4321"),
        ("86-451-87654321", "86-451-****4321"),
        ("0451-87654321/87654322", "0451-****4321/****4322"),
        ("来电电话87654321，座机：8765432", "来电电话****4321，座机：****432"),
        // Identity cards: the numbers are made up, check digits included.
        ("身份证230102199003074515", "身份证230***********4515"),
        ("23010219900307451X。", "230***********451X。"),
        ("230102 19900307 451x", "230*** ******** 451x"),
        ("证号230102900307451", "证号230********7451"),
        // Bank cards: test numbers of the card schemes.
        ("卡号6222021234567890128", "卡号6222***********0128"),
        ("4111 1111 1111 1111", "4111 **** **** 1111"),
        // E-mail.
        ("发到zhangsan@example.com。", "发到z*******@example.com。"),
        ("ab@example.com.", "**@example.com."),
        ("13812345678@example.com", "1**********@example.com"),
        // Plates.
        ("黑A12345的车", "黑A***45的车"),
        ("车牌黑A·D12345和琼B88888", "车牌黑A·****45和琼B***88"),
        ("黑a1234学", "黑a**34学"),
        ("黑Ａ１２３４５", "黑Ａ***４５"),
    ])
    func `numbers that lead to a person are hidden`(text: String, masked: String) {
        #expect(PersonalNumbers.masked(text) == masked)
    }

    @Test(arguments: [
        "工单编号20180101119994《关于药店的问题》",
        "20180101119994 20180308831015",
        "2018-01-01 08:30:00至2018年12月31日",
        "20180101-20181231",
        "价格12.50元，共1380000元，合同额13812345678元，￥13912345678",
        "拨打12345、12315、96333、400-123-4567、4001234567或8008101234",
        "面积1200平方米，编号HLJ2018000123",
        "保质期20190101，批号2018010112345",
        "统一社会信用代码91230100MA18W8LX5K",
        "许可证SC10123010212345",
        "订单201801011234567890",
        "2018123456789012",
        "https://example.com/4111111111111111",
        "@某某 转发",
        "川A股、黑B2B平台、云A12栋、粤B1234567890",
        "1500-2000元，3000 4000 5000 6000",
        "电话费20180101起算",
        "条形码6901234567892",
        "１２３４５",
        "",
        "没有数字",
    ])
    func `dates, prices, amounts, ticket numbers and service numbers stay`(text: String) {
        #expect(PersonalNumbers.masked(text) == text)
    }

    @Test func `masking twice changes nothing more`() {
        let text = "黑A12345，13812345678，0451-87654321，zhangsan@example.com，230102199003074515，6222021234567890128"
        let once = PersonalNumbers.masked(text)

        #expect(once != text)
        #expect(PersonalNumbers.masked(once) == once)
    }

    /// Four times the text may take four times as long, with room for a busy machine; a scan that begins anew at every
    /// character would take sixteen times as long.
    @Test(arguments: ["1 ", "1", "a@", "@", "黑A", "0451-", "4111 ", ".", "１", "138-"])
    func `no text takes more than its length asks for`(unit: String) {
        let clock = ContinuousClock()
        func taken(_ count: Int) -> Duration {
            let text = String(repeating: unit, count: count)
            return clock.measure { _ = PersonalNumbers.masked(text) }
        }
        let isLinear = (0..<3).contains { _ in taken(10_000) < taken(2_500) * 10 + .milliseconds(200) }
        #expect(isLinear)
    }
}
