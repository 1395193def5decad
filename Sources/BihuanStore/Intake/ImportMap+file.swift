import Foundation

extension ImportMap {
    /// Reads a mapping file.
    package init(path: String) throws(ImportError) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .unreadable(path: path, reason: (error as NSError).localizedDescription)
        }
        guard let yaml = String(validating: data, as: UTF8.self) else {
            let fault = ImportMapFault(line: 1, path: "", detail: "映射文件不是 UTF-8 编码")
            throw .map(path: path, faults: [fault])
        }
        do throws(ImportMapFaults) {
            try self.init(yaml: yaml)
        } catch {
            throw .map(path: path, faults: error.faults)
        }
    }
}
